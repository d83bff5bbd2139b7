"""What won and lost leads teach: plain functions over plain values, without a database.

A *candidate* is something that a rule could look at, known by its number from 0 on. A
*pattern* is which candidates a lead has, together with how many leads with just these
were won and lost. Everything here works on patterns, so that a hundred thousand leads
are no more than so many of them are unlike each other.
"""
