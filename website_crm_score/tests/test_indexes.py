from odoo.tests import tagged
from odoo.tools import SQL

from .common import ScoringCase


@tagged("post_install", "-at_install")
class TestIndexes(ScoringCase):
    """Each index costs each write: none is there twice."""

    def test_no_other_index_does_what_one_of_ours_does(self):
        twins = self.env.execute_query(
            SQL(
                """
                WITH index AS (
                    SELECT tablename, indexname,
                           substring(indexdef FROM ' USING .*') AS use
                      FROM pg_indexes
                )
                SELECT ours.indexname, other.indexname
                  FROM ir_model_constraint known
                  JOIN ir_module_module addon ON addon.id = known.module
                  JOIN index ours ON ours.indexname = known.name
                  JOIN index other USING (tablename, use)
                 WHERE addon.name ~ '^(website_crm_score|crm_team_assign)'
                   AND ours.indexname != other.indexname
                """
            )
        )
        self.assertFalse(twins)
