import {onWillStart, useState} from "@odoo/owl";
import {OptimizeSEODialog} from "@website/components/dialog/seo";
import {TrackPage} from "./track_page.esm";
import {patch} from "@web/core/utils/patch";
import {rpc} from "@web/core/network/rpc";

OptimizeSEODialog.components = {...OptimizeSEODialog.components, TrackPage};

/**
 * A page and a view carry the flag themselves. Any other record (a product, say) is
 * shown by a view that it shares with its like, and that view carries it.
 */
patch(OptimizeSEODialog.prototype, {
    setup() {
        super.setup(...arguments);
        // `value` stays undefined until the user ticks or unticks
        this.trackChange = useState({value: undefined});
        onWillStart(() => this.loadTrackedView());
    },

    async loadTrackedView() {
        await this.waitForIframe();
        const {mainObject, seoObject} = this.website.currentWebsite.metadata;
        const viewId = parseInt(this.pageDocumentElement.dataset.viewid);
        this.trackedView = null;
        if (!this.hasOwnTrack(seoObject || mainObject) && viewId) {
            this.trackedView = {model: "ir.ui.view", id: viewId};
            this.trackedViewData = await rpc("/website/get_seo_data", {
                res_id: viewId,
                res_model: "ir.ui.view",
            });
        }
    },

    hasOwnTrack({model}) {
        return ["website.page", "ir.ui.view"].includes(model);
    },

    get trackTarget() {
        return this.trackedView || this.object;
    },

    /** What the server says of the page's tracking, if it can be tracked. */
    get trackData() {
        const data = this.trackedView ? this.trackedViewData : this.data;
        return "track" in data && data;
    },

    get isTracked() {
        return this.trackChange.value ?? this.trackData.track;
    },

    get canEditTrack() {
        return Boolean(this.trackData && this.trackData.can_edit_track);
    },

    get isTrackShared() {
        return Boolean(this.trackedView);
    },

    onChangeTrack(value) {
        this.trackChange.value = value;
    },

    async saveTrack() {
        const {value} = this.trackChange;
        if (value === undefined || value === this.trackData.track) {
            return;
        }
        const {model, id} = this.trackTarget;
        // `website_id`: only this website gets the change, in its own copy of the view
        await this.orm.write(
            model,
            [id],
            {track: value},
            {context: {website_id: this.website.currentWebsite.id}}
        );
    },

    async save() {
        await this.saveTrack();
        if (this.canEditSeo) {
            return super.save(...arguments);
        }
        return this.website.goToWebsite({path: this.url});
    },
});
