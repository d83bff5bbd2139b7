"""What a hit writes is undone alone, if it fails: the request goes on."""

from odoo.tools import SQL

# Put in front of a statement, as part of it, this costs no round trip to the server;
# nor is it released, which the end of the transaction does.
SAVEPOINT = SQL("SAVEPOINT website_crm_score_hit;")
ROLLBACK = SQL("ROLLBACK TO SAVEPOINT website_crm_score_hit")
