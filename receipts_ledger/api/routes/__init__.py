"""The routes, one module for each noun. They translate; they do not think."""
