"""The openEMSstim board's lines: an Arduino Nano that attenuates what a commodity EMS/TENS unit puts out."""
