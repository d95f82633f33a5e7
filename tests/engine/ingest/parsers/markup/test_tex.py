from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry

SOURCE = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\newcommand{\harbour}{Port Alma}
\title{The \emph{Harbour}}
\author{Ann Ode \and Bo}
\begin{document}
\maketitle
\section{Fees}\label{sec:fees}
The skiff at \harbour{} costs 65\,\% of a \textbf{ketch}~--- or Gr\"o{\ss}e and caf\'{e}. % why
It goes on \cite{smith2020, jones}.\footnote{So it is.} See \href{http://x}{a link}.

\begin{itemize}
  \item one
  \item[Two] and more
\end{itemize}
\begin{enumerate} \item first \end{enumerate}
Euler: $e^{i\pi} = -1$ and
\[ a^2 + b^2 = c^2 \]
\begin{equation}\label{x}
\frac{1}{2}
\end{equation}
\begin{table}[h]
\begin{tabular}{|l|r|}
\hline Boat & Fee \\ \hline
Skiff & 65 \\
\end{tabular}
\caption{All fees}
\end{table}
\begin{lstlisting}[language=C]
int a = 1; % not a comment
\end{lstlisting}
\input{/etc/passwd}
\end{document}
Nothing here.
"""


def test_as_it_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(SOURCE)
    document = registry.parse(path)
    (page,) = document.pages
    assert (document.type, document.title) == ("tex", "The Harbour")
    assert page.text == (
        "The Harbour\n\nAnn Ode, Bo\n\nFees\n\n"
        "The skiff at Port Alma costs 65% of a ketch — or Größe and café. "
        "It goes on [smith2020, jones]. (So it is.) See a link.\n\n"
        "• one\nTwo: and more\n\n1. first\n\nEuler: $e^{i\\pi} = -1$ and\n\n"
        "\\[ a^2 + b^2 = c^2 \\]\n\n\\frac{1}{2}\n\nBoat | Fee\nSkiff | 65\n\nAll fees\n\n"
        "int a = 1; % not a comment"
    )
    assert [(h.level, h.title) for h in page.headings] == [(1, "The Harbour"), (2, "Fees")]


def test_nothing_to_print(tmp_path: Path) -> None:
    path = tmp_path / "a.tex"
    path.write_text(r"\documentclass{article} % words")
    with pytest.raises(ParseError) as caught:
        registry.parse(path)
    assert caught.value.code == "empty"
