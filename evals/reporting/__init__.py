"""The report of a run: one HTML page that needs nothing else, and a summary for a pull request.

``view`` says what is shown, from ``metric_rows``, ``queries``, ``texts`` and the plots
(``curves``, ``score_plots``, ``latency_plot``, all drawn by ``drawing``); ``page`` and
``summary`` write it down. To add a plot: write a function that gives a ``drawing.Plot`` and add
it to ``view.plots_of``.
"""
