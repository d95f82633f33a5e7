"""The conversation page: conversations, cited answers, sources and the page viewer."""
