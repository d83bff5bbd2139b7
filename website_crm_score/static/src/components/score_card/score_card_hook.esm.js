import {useService} from "@web/core/utils/hooks";

/**
 * Read the score card of a record, and open what its reasons rest on.
 *
 * @returns {{load: Function, openReason: Function}}
 */
export function useScoreCard() {
    const orm = useService("orm");
    const action = useService("action");
    return {
        load(record, limit) {
            const args = [[record.resId]];
            return orm.call(record.resModel, "get_score_card", args, {limit});
        },
        async openReason(record, reason) {
            const opened = await orm.call(record.resModel, "action_open_score_reason", [
                [record.resId],
                reason.rule_id,
            ]);
            if (opened) {
                await action.doAction(opened);
            }
        },
    };
}
