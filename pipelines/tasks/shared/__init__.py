"""What makes the tables of tasks: each module has a recipe as a function of a task."""
