"""What people do in a browser, in a real one."""
