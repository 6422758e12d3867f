"""Module: registration, walks, modes, state, and what it refuses."""

import copy
import pickle

import numpy as np
import pytest

import nn
from autodiff import Tensor


class Affine(nn.Module):
    def __init__(self, n: int = 2) -> None:
        super().__init__()
        self.scale = nn.Parameter(np.ones(n))
        self.shift = nn.Parameter(np.zeros(n))
        self.register_buffer("calls", 0)

    def forward(self, x):
        self.calls = self.calls + 1
        return self.scale * x + self.shift


class Pair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = Affine()
        self.gain = nn.Parameter(3.0)
        self.second = Affine(1)

    def forward(self, x):
        return self.second(self.first(x)) * self.gain


def names(pairs):
    return [name for name, _ in pairs]


# --- parameters ---


def test_parameter_requires_grad_keeps_its_dtype_and_copies():
    values = np.array([1.0, 2.0], np.float32)
    p = nn.Parameter(values)
    values[0] = 9.0
    assert p.requires_grad and p.is_leaf and isinstance(p, Tensor)
    assert p.dtype == np.float32
    assert p.data.tolist() == [1.0, 2.0]


def test_parameter_can_be_frozen():
    p = nn.Parameter([1.0], requires_grad=False)
    assert not (p * 2.0).requires_grad


def test_parameter_of_integers_says_the_way_out():
    with pytest.raises(TypeError, match=r"floating.*int64 \(2,\).*dtype=np\.float32"):
        nn.Parameter([1, 2])
    assert nn.Parameter([1, 2], dtype=np.float32).dtype == np.float32


def test_what_is_computed_from_a_parameter_is_a_plain_tensor():
    assert type(nn.Parameter([1.0]) * 2.0) is Tensor


# --- registration and walks ---


def test_walks_are_in_order_of_registration_with_dotted_names():
    model = Pair()
    assert names(model.named_parameters()) == [
        "gain",
        "first.scale",
        "first.shift",
        "second.scale",
        "second.shift",
    ]
    assert names(model.named_buffers()) == ["first.calls", "second.calls"]
    assert names(model.named_modules()) == ["", "first", "second"]
    assert names(model.named_children()) == ["first", "second"]
    assert list(model.children()) == [model.first, model.second]
    assert list(model.modules()) == [model, model.first, model.second]
    assert [id(p) for p in model.parameters()] == [id(p) for _, p in model.named_parameters()]
    assert next(model.parameters(recurse=False)) is model.gain
    assert names(model.named_parameters("net", recurse=False)) == ["net.gain"]


def test_attributes_are_ordinary_ones():
    model = Affine()
    assert model.__dict__["scale"] is model.scale


def test_shared_parts_are_walked_once_but_saved_under_each_name():
    model = Pair()
    model.second = model.first
    assert names(model.named_parameters()) == ["gain", "first.scale", "first.shift"]
    assert names(model.named_modules()) == ["", "first"]
    assert set(model.state_dict()) >= {"first.scale", "second.scale"}

    tied = Pair()
    tied.second.scale = tied.first.scale
    assert len(list(tied.parameters())) == 4


def test_replacing_and_removing_attributes():
    model = Affine()
    model.scale = nn.Parameter([5.0, 5.0])
    assert names(model.named_parameters()) == ["scale", "shift"]
    model.shift = None
    assert names(model.named_parameters()) == ["scale"]
    del model.scale, model.calls
    assert list(model.state_dict()) == []
    model.scale = nn.ReLU()
    assert names(model.named_children()) == ["scale"]


def test_a_parameter_is_not_replaced_by_something_else():
    model = Affine()
    with pytest.raises(TypeError, match=r"Affine\.scale is a parameter.*got ndarray"):
        model.scale = np.ones(2)
    with pytest.raises(TypeError, match=r"Pair\.first is a module.*got str"):
        Pair().first = "none"
    assert model.scale.data.tolist() == [1.0, 1.0]


def test_a_buffer_stays_a_constant_tensor_whatever_is_assigned():
    model = Affine()
    model.calls = np.array([1.0, 2.0])
    assert isinstance(model.calls, Tensor)
    model.calls = Tensor(1.0, requires_grad=True) * 2.0
    assert not model.calls.requires_grad and model.calls.item() == 2.0
    assert names(model.named_buffers()) == ["calls"]
    with pytest.raises(TypeError, match=r"Affine\.calls: expected a buffer of numbers"):
        model.calls = "many"


def test_a_buffer_has_memory_of_its_own():
    mean = np.zeros(2)
    module = nn.Module()
    module.register_buffer("mean", mean)
    module.load_state_dict({"mean": [1.0, 2.0]})
    assert mean.tolist() == [0.0, 0.0]
    module.register_buffer("mean", np.broadcast_to(0.5, 3))
    module.load_state_dict({"mean": [1.0, 2.0, 3.0]})
    assert module.mean.data.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("bad", ["", "a.b", "forward", "parameters", "state_dict"])
def test_names_that_can_not_be(bad):
    module = nn.Module()
    for register in (
        lambda: module.register_buffer(bad, 1.0),
        lambda: setattr(module, bad, nn.Parameter(1.0)),
        lambda: setattr(module, bad, nn.ReLU()),
    ):
        with pytest.raises(ValueError, match=r"name without dots|is a method"):
            register()
    assert module.state_dict() == {}
    assert callable(module.forward)


def test_a_buffer_does_not_take_the_place_of_another_attribute():
    with pytest.raises(ValueError, match=r"Affine\.scale exists already"):
        Affine().register_buffer("scale", 1.0)


def test_forgotten_super_init_says_so():
    class Forgetful(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter([1.0])

    class Empty(nn.Module):
        def __init__(self):
            self.size = 3

    with pytest.raises(AttributeError, match=r"Forgetful.__init__ .*super\(\)\.__init__\(\)"):
        Forgetful()
    with pytest.raises(AttributeError, match=r"Empty.__init__ .*super\(\)\.__init__\(\)"):
        list(Empty().parameters())


def test_modules_hidden_in_a_list_are_refused_unless_registered():
    class Stack(nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.layers = layers

    for layers in ([nn.Linear(1, 1)], (nn.ReLU(),), {"a": nn.Linear(1, 1)}, [nn.Parameter(1.0)]):
        with pytest.raises(TypeError, match=r"Stack\.layers: .*nn\.Sequential"):
            Stack(layers)
    model = Pair()
    model.order = [model.second, model.first]
    assert names(model.named_children()) == ["first", "second"]
    assert Stack([1, 2]).layers == [1, 2]


def test_a_module_can_not_contain_itself():
    model = Pair()
    with pytest.raises(ValueError, match="can't contain itself"):
        model.again = model
    with pytest.raises(ValueError, match="can't contain itself"):
        model.first.parent = model


def test_parameters_are_named_after_their_place_unless_named_already():
    model = nn.Sequential(Pair())
    assert {name: p.name for name, p in model.named_parameters()} == {
        name: name for name, _ in model.named_parameters()
    }
    own = nn.Linear(1, 1)
    own.weight.name = "slope"
    assert nn.Sequential(own)[0].weight.name == "slope"
    assert model[:1][0].gain.name == "0.gain"


def test_a_module_without_forward_says_so():
    class Silent(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match=r"Silent has no forward\(\)"):
        Silent()(1.0)


# --- modes and gradients ---


def test_train_and_eval_reach_every_module():
    model = nn.Sequential(Pair(), nn.ReLU())
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert model.train() is model
    assert all(module.training for module in model.modules())


def test_zero_grad_forgets_gradients():
    model = Pair()
    model(Tensor([1.0, 2.0])).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


# --- state ---


def test_state_is_ordered_copies_and_comes_back():
    model = Pair()
    model(Tensor([1.0, 2.0]))
    state = model.state_dict()
    assert list(state) == [
        "gain",
        "first.scale",
        "first.shift",
        "first.calls",
        "second.scale",
        "second.shift",
        "second.calls",
    ]
    assert all(type(array) is np.ndarray for array in state.values())
    state["gain"][...] = 7.0
    assert model.gain.item() == 3.0

    other = Pair()
    kept = other.gain
    assert other.load_state_dict(state) == ([], [])
    assert other.gain is kept and kept.item() == 7.0
    assert other.first.calls.item() == 1


def test_loading_takes_tensors_and_converts_floats():
    layer = nn.Linear(1, 1)
    layer.load_state_dict({"weight": Tensor([[2.5]]), "bias": [1]})
    assert layer.weight.dtype == np.float32
    assert (layer.weight.item(), layer.bias.item()) == (2.5, 1.0)


def test_a_load_that_fails_lists_everything_and_changes_nothing():
    model = Pair()
    before = model.state_dict()
    state = model.state_dict()
    state["gain"] = np.array(9.0)
    del state["first.scale"]
    state["third"] = np.zeros(1)
    state["second.scale"] = np.zeros((2, 2))
    state["second.calls"] = np.array(0.5)
    state["first.shift"] = np.array(["a", "b"])
    with pytest.raises(ValueError, match="missing") as error:
        model.load_state_dict(state)
    message = str(error.value)
    for part in (
        "Pair.load_state_dict",
        "missing: first.scale",
        "unexpected: third",
        "second.scale (expected float64 (1,), got float64 (2, 2))",
        "second.calls (expected int64 (), got float64 ())",
        "first.shift",
    ):
        assert part in message
    after = model.state_dict()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_load_that_is_not_strict_tells_what_it_passed_over():
    model = Pair()
    result = model.load_state_dict({"gain": 5.0, "other": 1.0}, strict=False)
    assert model.gain.item() == 5.0
    assert result.missing_keys == names(Pair()._state())[1:]
    assert result.unexpected_keys == ["other"]
    with pytest.raises(ValueError, match="shape"):
        model.load_state_dict({"gain": [5.0]}, strict=False)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_are_independent_and_keep_sharing(copied):
    model = Pair()
    model.second = model.first
    twin = copied(model)
    assert twin.second is twin.first is not model.first
    assert names(twin.named_parameters()) == names(model.named_parameters())
    twin.first.scale.overwrite()[...] = 4.0
    assert model.first.scale.data.tolist() == [1.0, 1.0]
    twin(Tensor([1.0, 1.0])).sum().backward()
    assert twin.first.scale.grad is not None and model.first.scale.grad is None


# --- Sequential and repr ---


def test_sequential_applies_in_order_and_is_a_sequence():
    double, add = Affine(1), Affine(1)
    double.scale.overwrite()[...] = 2.0
    add.shift.overwrite()[...] = 3.0
    model = nn.Sequential(double, add)
    assert model(Tensor([5.0])).item() == 13.0
    assert nn.Sequential(add, double)(Tensor([5.0])).item() == 16.0
    assert len(model) == 2 and list(model) == [double, add]
    assert model[0] is double and model[-1] is add
    assert list(model[1:]) == [add] and isinstance(model[1:], nn.Sequential)
    x = Tensor([1.0])
    assert nn.Sequential()(x) is x
    with pytest.raises(IndexError, match="2 modules has no module 2"):
        model[2]


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [(nn.ReLU, r"ReLU\(\.\.\.\)"), ([nn.ReLU()], r"Sequential\(\*modules\)"), (abs, "builtin")],
)
def test_sequential_of_something_else(wrong, hint):
    with pytest.raises(TypeError, match=rf"Sequential: expected modules, got .*{hint}.* at 1"):
        nn.Sequential(nn.ReLU(), wrong)


def test_repr_shows_the_tree():
    model = nn.Sequential(nn.Linear(2, 3, bias=False), nn.Sequential(nn.ReLU()))
    assert repr(model) == (
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=3, bias=False)\n"
        "  (1): Sequential(\n"
        "    (0): ReLU()\n"
        "  )\n"
        ")"
    )
