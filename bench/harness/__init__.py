"""The parts of `bench/compare`: which lines there are, fetching what they need, measuring, and adding up."""
