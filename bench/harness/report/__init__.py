"""The parts of `bench/report`: reading results, drawing them with Matplotlib as SVG, and putting the page together."""
