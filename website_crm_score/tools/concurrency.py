"""What other transactions can cause."""

from psycopg2 import errors

# What a transaction of somebody else can cause, and a new transaction gets over.
CONCURRENCY_ERRORS = (
    errors.DeadlockDetected,
    errors.ForeignKeyViolation,
    errors.LockNotAvailable,
    errors.SerializationFailure,
    errors.UniqueViolation,
)
