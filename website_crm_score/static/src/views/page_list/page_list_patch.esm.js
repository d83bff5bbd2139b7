import {PageListController} from "@website/components/views/page_list";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";

patch(PageListController.prototype, {
    /** Add *Track Page* and *Stop Tracking* to the actions on selected pages. */
    getStaticActionMenuItems() {
        const menuItems = super.getStaticActionMenuItems(...arguments);
        if (this.props.resModel === "website.page") {
            menuItems.track = {
                isAvailable: () => this.activeActions.edit,
                sequence: 17,
                icon: "fa fa-eye",
                description: _t("Track Page"),
                callback: () => this.setTracked(true),
            };
            menuItems.untrack = {
                isAvailable: () => this.activeActions.edit,
                sequence: 18,
                icon: "fa fa-eye-slash",
                description: _t("Stop Tracking"),
                callback: () => this.setTracked(false),
            };
        }
        return menuItems;
    },

    async setTracked(track) {
        const resIds = await this.model.root.getResIds(true);
        await this.orm.write("website.page", resIds, {track});
        await this.model.root.load();
    },
});
