"""The only door: what may flow, who may say so, and who reads it again. Pure: values in, verdicts out."""
