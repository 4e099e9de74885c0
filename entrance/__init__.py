"""How browsers come in: cookies, forgery protection, an identity provider."""
