"""From the leads of a database to patterns of what they have, and back to rules."""
