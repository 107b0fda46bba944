"""Chat models. LangChain lives here and nowhere else, and is imported when first used.

``chat`` connects to a model, ``scripted`` is the twin that plays given answers.
"""
