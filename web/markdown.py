"""What an organisation writes about jobs, as HTML: Markdown, in which any HTML is inert."""

from markdown_it import MarkdownIt
from markupsafe import Markup

DOWN = 2
"""The page has headings of its own above."""
LOWEST = 6

# Pictures would tell their server who reads; links stay, those of harmless kinds.
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["image", "html_block", "html_inline"]
)


def as_html(text: str | None) -> Markup:
    """A text as HTML; headings begin at the third level."""
    tokens = _markdown.parse(text or "")
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + DOWN, LOWEST)}"
        for part in token.children or ():
            if part.type == "link_open":
                part.attrSet("rel", "nofollow noopener noreferrer")
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))  # noqa: S704  # made here
