"""What people call the figures of a model version, in the order in which they are told."""

FIGURES = (
    ("auc", "AUC"),
    ("auc_low", "AUC, lower end"),
    ("auc_high", "AUC, upper end"),
    ("baseline_auc", "AUC of the baseline"),
    ("logistic_auc", "AUC of logistic regression"),
    ("average_precision", "Average precision"),
    ("base_rate", "Base rate"),
    ("lift", "Lift of the highest tenth"),
    ("brier", "Brier score"),
    ("calibration_error", "Calibration error"),
    ("n_trained", "Rows to fit"),
    ("n_judged", "Rows to judge"),
    ("n_features", "Features"),
    ("n_trees", "Trees"),
    ("as_of_date", "Made as of"),
    ("trained_at", "Trained, UTC"),
)
