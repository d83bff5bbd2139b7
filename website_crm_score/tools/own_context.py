"""What our code hands down to itself in the context, through methods of core.

A client can put into the context anything that JSON has. So what decides something is
no plain value, but this object, or one of a class of ours.
"""

OURS = object()
