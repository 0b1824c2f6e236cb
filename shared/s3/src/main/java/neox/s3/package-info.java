/// Object stores that speak as Amazon S3 does, through Amazon's SDK.
@NullMarked
package neox.s3;

import org.jspecify.annotations.NullMarked;
