from odoo.addons.website_crm_score.tools.loose_ends import tie_up


def uninstall_hook(env):
    """Cancel the jobs that wait, and forget the parts of runs."""
    tie_up(env, "website_crm_score_queue_job")
    # Else the runner would try forever to start what is gone.
    jobs = env["queue.job"].search([("method_name", "=", "_write_part_by_job")])
    jobs.button_cancelled()  # those done stay so
    # Without the addon, they would show as runs.
    env["website.crm.score.run"].search([("whole_id", "!=", False)]).unlink()
