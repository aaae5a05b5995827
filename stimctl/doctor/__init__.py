"""Whether this computer is fit for sessions: one function a check, each with its finding. Nothing is changed."""
