"""Bodies of requests, one module for each noun. They say what is asked, and check its form."""
