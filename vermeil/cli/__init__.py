"""vermeil.cli"""
