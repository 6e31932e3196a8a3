# SPDX-License-Identifier: MIT OR Apache-2.0
# The R sample: the contract by the language and its library. It runs in an environment of the
# library's own, where the shim has put host_…; 64-bit integers are raw vectors to it.

live_every <- 16L
reported <- 8L
blocks_per_mib <- 1024L
words <- 256L

counter <- 0

version_text <- function() {
  paste("R", getRversion())
}

callback <- function() {
  cat("R callback!\n")
  .Call(host_emit, "callback", 0L)
}

call_back <- function(fn, arg) {
  .Call(host_apply, fn, arg)
}

# R has no unsigned integers, and the smallest signed one is its NA.
signed <- function(word) {
  if (word == 2^31) NA_integer_ else as.integer(if (word > 2^31) word - 2^32 else word)
}

unsigned <- function(block) {
  ifelse(is.na(block), 2^31, block %% 2^32)
}

churn <- function(mib, seed) {
  blocks <- mib * blocks_per_mib
  living <- vector("list", blocks %/% live_every)
  for (i in seq_len(blocks) - 1) {
    block <- rep.int(signed((seed + i * 2654435761) %% 2^32), words)
    if (i %% live_every == 0) living[[i %/% live_every + 1]] <- block
    if (i == blocks %/% 2) gc()
  }
  gc()
  total <- sum(vapply(living, function(block) sum(unsigned(block)), 0))
  lives <- length(living)
  for (i in seq_len(min(reported, lives)) - 1) {
    .Call(host_live, living[[i * lives %/% reported + 1]])
  }
  total
}

throw <- function(payload) {
  message <- "raised by the R sample"
  stop(structure(list(message = message, call = NULL, payload = payload),
                 class = c("raised", "error", "condition")))
}

risky <- function(payload) {
  throw(payload)
  !payload
}

catch <- function(payload) {
  tryCatch(risky(payload), raised = function(caught) caught$payload)
}

recurse <- function(depth) {
  recurse(depth + 1) + 1
}

overflow <- function() {
  tryCatch({
    recurse(0)
    1L
  }, stackOverflowError = function(caught) 0L)
}

coexist_depth_1 <- function() {
  coexist_depth_2()
}

coexist_depth_2 <- function() {
  coexist_depth_3()
}

coexist_depth_3 <- function() {
  calls <- vapply(rev(sys.calls()), function(call) deparse(call)[[1]], "")
  paste(calls, collapse = "\n")
}

state <- function() {
  counter <<- counter + 1
  counter
}

main <- function() {
  cat("Main, calling c\n")
  .Call(host_test, "r")
}
