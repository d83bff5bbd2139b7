"""Who gets which lead and why: functions over plain values, without a database."""
