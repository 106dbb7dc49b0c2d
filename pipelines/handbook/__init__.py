"""The Fraud Detection Handbook's simulated card payments: a public measure of sources, features and models."""
