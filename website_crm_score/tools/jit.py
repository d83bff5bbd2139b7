"""Statements that PostgreSQL would compile for longer than it runs them."""


def switch_off_jit(cr):
    """Have no statement compiled up to the end of the transaction."""
    cr.execute("SELECT set_config('jit', 'off', true)")
