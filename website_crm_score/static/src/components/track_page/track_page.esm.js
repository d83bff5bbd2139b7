import {CheckBox} from "@web/core/checkbox/checkbox";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

/** The *Track Page* checkbox of the *Optimize SEO* dialog. */
export class TrackPage extends Component {
    static template = "website_crm_score.TrackPage";
    static components = {CheckBox};
    static props = {
        value: Boolean,
        readonly: Boolean,
        // The view also shows other pages (products, blog posts, ...)
        shared: Boolean,
        onChange: Function,
    };

    get help() {
        return this.props.shared
            ? _t(
                  "Record who visits this page, so that leads can be scored by the pages they have seen. This setting is shared by all pages of this kind."
              )
            : _t(
                  "Record who visits this page, so that leads can be scored by the pages they have seen."
              );
    }

    get readonlyReason() {
        return this.props.readonly
            ? _t("Only those who may edit the design of this page can change this.")
            : "";
    }
}
