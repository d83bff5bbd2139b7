import {Component} from "@odoo/owl";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {STATIC_ACTIONS_GROUP_NUMBER} from "@web/search/action_menus/action_menus";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

/** Imports a file of rules, from the menu in which core imports records. */
export class ImportRules extends Component {
    static template = "website_crm_score.ImportRules";
    static components = {DropdownItem};
    static props = {};

    setup() {
        this.action = useService("action");
    }

    open() {
        this.action.doAction("website_crm_score.website_crm_score_import_action");
    }
}

export const importRulesItem = {
    Component: ImportRules,
    groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
    isDisplayed: ({config, searchModel}) =>
        searchModel.resModel === "website.crm.score" &&
        config.actionType === "ir.actions.act_window" &&
        ["kanban", "list"].includes(config.viewType) &&
        user.hasGroup("sales_team.group_sale_manager"),
};

registry
    .category("cogMenu")
    .add("website_crm_score.import-rules", importRulesItem, {sequence: 0});
