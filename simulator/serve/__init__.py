"""Where simulated units meet real time and real descriptors; nothing else in this package waits or reads a clock."""
