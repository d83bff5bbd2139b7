// Its import makes sure that the menu item is there
import "@website/services/website_custom_menus";
import {patch} from "@web/core/utils/patch";
import {registry} from "@web/core/registry";

const pageProperties = registry
    .category("website_custom_menus")
    .get("website.menu_page_properties");

patch(pageProperties, {
    /** Tell the dialog which view shows a record that is neither a page nor a view. */
    async getProps({orm, website}) {
        const props = await super.getProps(...arguments);
        const {model} = website.currentWebsite.metadata.mainObject;
        const viewId = parseInt(website.pageDocument.documentElement.dataset.viewid);
        if (!["website.page", "ir.ui.view"].includes(model) && viewId) {
            await orm.write(props.resModel, [props.resId], {track_view_id: viewId});
        }
        return props;
    },
});
