// binary_targets: targets in [0, 1] of logits that are classes by themselves, and what they make of a logit:
//
//   a = 1 - t',  b = p_class t',  t' = t (1 - s) + s / 2
//   loss     = w (a log(1 + e^x) + b log(1 + e^-x))
//   gradient = w (a sigmoid(x) - b sigmoid(-x))
//
// with label smoothing s, a positive weight p for each class, and a weight w for each element. All terms of a loss are of one
// sign. What has weight 0 adds nothing, even at infinity.
#pragma once

#include "elements.cuh"
#include "sigmoid.cuh"

namespace logitops {

template <class T>
struct BinaryTargets {
  using A = Arithmetic<T>;

  Matrix<const T> targets;
  Matrix<const T> weights;  // null: 1 each
  const A* positive;        // [classes]; null: 1 each
  int64_t classes;
  int64_t inner;   // elements from a class to the next one
  double ignored;  // what such targets are
  int64_t ignores;
  A keep;  // 1 - s
  A each;  // s / 2

  LOGITOPS_DEVICE bool counts(A target) const {
    return ignores == 0 || !(target == ignored || isnan(target) && isnan(ignored));
  }
};

/** The class of one element after the other. */
struct ClassWalk {
  int64_t classes;
  int64_t inner;
  int64_t of_class;  // elements of this class that came before
  int64_t current;

  LOGITOPS_DEVICE ClassWalk(int64_t classes, int64_t inner, int64_t first) : classes(classes), inner(inner) {
    const int64_t runs = quotient(first, inner);
    of_class = first - runs * inner;
    current = runs - quotient(runs, classes) * classes;
  }

  LOGITOPS_DEVICE void step() {
    if (++of_class == inner) {
      of_class = 0;
      current = current + 1 == classes ? 0 : current + 1;
    }
  }
};

/** What a target makes of its logit. */
template <class A>
struct BinaryTerm {
  A negative;  // a
  A positive;  // b
  A weight;

  LOGITOPS_DEVICE A loss(const Sigmoid<A>& sigmoid) const {
    const A rest = sigmoid.rest();
    return weighted(weight, weighted(negative, sigmoid.softplus(rest)) +
                                weighted(positive, sigmoid.softplus_of_minus(rest)));
  }

  LOGITOPS_DEVICE A gradient(const Sigmoid<A>& sigmoid) const {
    return weighted(weight, weighted(negative, sigmoid.of()) - weighted(positive, sigmoid.of_minus()));
  }
};

}  // namespace logitops
