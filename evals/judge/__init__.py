"""A chat model as judge: checked against people's labels each time, and refused below κ 0.6.

``items`` are what people labelled and what nobody did, ``questions`` what is asked of each,
``judging`` asks the model, ``check`` holds it against people, ``labels`` keeps what it said
apart from what they said.
"""
