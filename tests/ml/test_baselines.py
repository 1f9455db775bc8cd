import numpy as np

from ml.baselines import Logistic, best_single_feature

GENERATOR = np.random.default_rng(9)


def test_the_best_single_feature_is_found_with_its_direction() -> None:
    labels = (GENERATOR.random(3000) < 0.4).astype(float)
    values = np.column_stack([GENERATOR.random(3000), GENERATOR.normal(size=3000) - labels])
    found = best_single_feature(("noise", "signal"), values, labels)
    assert (found.name, found.sign) == ("signal", -1)
    assert found.train_auc > 0.7


def test_a_missing_value_may_be_the_whole_signal() -> None:
    labels = (GENERATOR.random(3000) < 0.4).astype(float)
    values = np.where(labels == 1, np.nan, GENERATOR.random(3000))[:, None]
    assert best_single_feature(("days_since_post",), values, labels).train_auc == 1


def test_logistic_regression_fits_its_imputation_and_scale_on_training_rows_only() -> None:
    labels = (GENERATOR.random(2000) < 0.5).astype(float)
    values = np.column_stack([GENERATOR.exponential(3, 2000) * (1 + labels), np.full(2000, 7.0)])
    values[::5, 0] = np.nan
    model = Logistic(values, labels)
    alone, among = values[:1], np.vstack([values[:1], np.full((500, 2), 1e9)])
    assert model.predict(alone)[0] == model.predict(among)[0]
