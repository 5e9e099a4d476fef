"""The measures of the house: sizes, circles, private reaches, sleeps and numbers, read from the source alone."""
