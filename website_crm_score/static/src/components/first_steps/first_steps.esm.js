import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

const MODEL = "website.crm.first.steps";

/** What is to be set up before leads have scores: gone when done, or dismissed. */
export class FirstSteps extends Component {
    static template = "website_crm_score.FirstSteps";
    static props = {list: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.labels = {true: _t("Done"), false: _t("To do")};
        this.state = useState({steps: []});
        onWillStart(async () => {
            if (await user.hasGroup("sales_team.group_sale_manager")) {
                await this.load();
            }
        });
        onWillUpdateProps(async () => {
            if (this.state.steps.length) {
                await this.load();
            }
        });
    }

    async load() {
        this.state.steps = await this.orm.call(MODEL, "get_steps", []);
    }

    async dismiss() {
        this.state.steps = [];
        await this.orm.call(MODEL, "action_dismiss", []);
    }
}
