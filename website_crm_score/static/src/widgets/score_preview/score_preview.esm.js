import {Component, useEffect} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/** Shows what a rule would do as it is in its form, saved or not. */
export class ScorePreview extends Component {
    static template = "website_crm_score.ScorePreview";
    static props = {...standardWidgetProps};
    static action = "website_crm_score.website_crm_score_preview_action";

    setup() {
        this.action = useService("action");
    }

    async onClick() {
        const {record} = this.props;
        const unsaved = await record.getChanges();
        await this.action.doAction(this.constructor.action, {
            additionalContext: {
                default_rule_ids: record.resId ? [record.resId] : [],
                default_unsaved: Object.keys(unsaved).length ? unsaved : false,
            },
        });
    }
}

/** Shows whether a rule, as it is in its form, matches a lead or contact, and why. */
export class ScoreTest extends ScorePreview {
    static template = "website_crm_score.ScoreTest";
    static action = "website_crm_score.website_crm_score_trial_action";
}

/** Has a preview that takes long be counted nevertheless, while it is shown. */
export class ScorePreviewPatience extends Component {
    static template = "website_crm_score.ScorePreviewPatience";
    static props = {...standardWidgetProps};

    setup() {
        useEffect(
            (isCounting) => {
                if (isCounting) {
                    this.props.record.update({is_patient: true});
                }
            },
            () => [this.props.record.data.is_counting]
        );
    }
}

const widgets = registry.category("view_widgets");
widgets.add("score_preview", {component: ScorePreview});
widgets.add("score_test", {component: ScoreTest});
widgets.add("score_preview_patience", {component: ScorePreviewPatience});
