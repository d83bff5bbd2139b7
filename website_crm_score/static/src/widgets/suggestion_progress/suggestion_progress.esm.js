import {Component, onMounted, onWillUnmount, useState} from "@odoo/owl";
import {ConnectionLostError} from "@web/core/network/rpc";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const SECONDS = 3;

/** Shows how far a suggestion is while it is worked on, and the result when it is done. */
export class SuggestionProgress extends Component {
    static template = "website_crm_score.SuggestionProgress";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.state = useState({progress: this.props.record.data.progress});
        this.isShown = true;
        onMounted(() => this.wait());
        onWillUnmount(() => {
            this.isShown = false;
            browser.clearTimeout(this.timer);
        });
    }

    get percent() {
        return Math.round(this.state.progress);
    }

    wait() {
        this.timer = browser.setTimeout(() => this.look(), SECONDS * 1000);
    }

    async look() {
        const isDone = await this.isDone();
        if (!this.isShown) {
            return;
        }
        const {record} = this.props;
        // What somebody is writing in the form is not thrown away.
        if (isDone && !(await record.isDirty())) {
            await record.load();
        } else {
            this.wait();
        }
    }

    async isDone() {
        const {resModel, resId} = this.props.record;
        try {
            const [row] = await this.orm.silent.read(
                resModel,
                [resId],
                ["state", "progress"]
            );
            this.state.progress = row.progress;
            return row.state !== "waiting";
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return false;
            }
            throw error;
        }
    }
}

registry.category("view_widgets").add("suggestion_progress", {
    component: SuggestionProgress,
    fieldDependencies: [{name: "progress", type: "float"}],
});
