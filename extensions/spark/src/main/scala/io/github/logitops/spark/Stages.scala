package io.github.logitops.spark

import org.apache.spark.ml.classification.{ProbabilisticClassificationModel, ProbabilisticClassifier}
import org.apache.spark.ml.linalg.Vector
import org.apache.spark.ml.param.shared._

/** The parameters of a fit that Spark's own estimators have, too; as theirs, models tell what they were fitted with. */
trait SharedParams
    extends HasWeightCol
    with HasRegParam
    with HasElasticNetParam
    with HasFitIntercept
    with HasStandardization
    with HasMaxIter
    with HasTol
    with HasAggregationDepth

/** An estimator. In Scala because Spark's constructors ask for the uid, which a Java class does not have yet when they run. */
abstract class SharedEstimator[E <: SharedEstimator[E, M], M <: SharedModel[M]](override val uid: String)
    extends ProbabilisticClassifier[Vector, E, M]
    with SharedParams

/** Its model, in Scala for the same reason. */
abstract class SharedModel[M <: SharedModel[M]](override val uid: String)
    extends ProbabilisticClassificationModel[Vector, M]
    with SharedParams
