"""Pages of lists, linked by RFC 8288."""

from fastapi import Request, Response


def link_next(request: Request, response: Response, **cursor: object) -> None:
    """Says where the list goes on."""
    url = request.url.include_query_params(**cursor)
    response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
