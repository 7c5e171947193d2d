"""A class as a whole: graded in one process, several, or a cluster; counted, and what to look at in it."""
