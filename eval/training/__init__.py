"""What makes the bundled judge, from published weights and data to files."""
