"""How an assignment is done: facts are gathered for a plan, duplicates are merged, the
plan is carried out, and who got leads is told of them. By one at a time."""
