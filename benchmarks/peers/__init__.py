"""The program beside what people write instead."""
