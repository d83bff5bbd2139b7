"""What other transactions can cause."""

from psycopg2 import errors

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# After these a transaction is lost: only a new one can go on.
CONFLICTS = PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
# What a transaction of somebody else can cause, and a new transaction gets over.
CONCURRENCY_ERRORS = (
    *CONFLICTS,
    errors.ForeignKeyViolation,
    errors.UniqueViolation,
)
