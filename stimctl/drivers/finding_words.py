"""Why what answers is not worked with, and what to do: the sentences of what is found before a unit is identified."""

__all__ = ["NO_BANNER", "NO_POSITION", "NO_POT", "NO_STOP", "RESTARTED", "SPOKE_OTHERWISE"]

# With the number of bytes.
NO_BANNER = (
    "{} bytes came, and no whole banner of its firmware in 15 s: is this its firmware, is the port used by nobody "
    "else, does the board stay powered?"
)
# With what came.
SPOKE_OTHERWISE = "{}: is the port used by nobody else? Then switch the unit off and on, and start again"
RESTARTED = "it restarted while it was asked who it is: look at its cable and its power, and start again"
NO_STOP = "its banner came, and it does not answer a stop: switch it off and on, and start again"
NO_POSITION = "it does not say where its potentiometer is: switch it off and on, and start again"
NO_POT = "its potentiometer does not answer, and what it would let through nobody knows: it is to be repaired"
