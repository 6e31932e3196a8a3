-- SPDX-License-Identifier: MIT OR Apache-2.0
-- | The Haskell sample: the contract by the language and base.
module Sample (callback) where

import Control.Concurrent (forkIO, newEmptyMVar, putMVar, takeMVar)
import Control.Exception
import Control.Monad
import Data.IORef
import Data.Int
import Data.Version (showVersion)
import Data.Word
import Foreign
import Foreign.C
import GHC.Clock (getMonotonicTimeNSec)
import GHC.Stack
import System.IO.Unsafe (unsafePerformIO)
import System.Info (compilerName, fullCompilerVersion)
import System.Mem (performMajorGC)

type Function = FunPtr (Ptr () -> IO Int64)

foreign import ccall "sample_emit" emit :: CString -> Int64 -> IO ()
foreign import ccall "sample_live" live :: Ptr Word32 -> CSize -> IO ()
foreign import ccall "dynamic" apply :: Function -> Ptr () -> IO Int64

foreign export ccall "sample_version" version :: IO CString
foreign export ccall "sample_callback" callback :: IO ()
foreign export ccall "sample_call" call :: Function -> Ptr () -> IO Int64
foreign export ccall "sample_churn" churn :: Word32 -> Word32 -> Ptr Word64 -> IO CInt
foreign export ccall "sample_raise" raiseError :: Int64 -> IO Int64
foreign export ccall "sample_overflow" overflow :: IO CInt
foreign export ccall "sample_spawn" spawn :: Function -> Ptr () -> IO Int64
foreign export ccall "sample_spin" spin :: Word32 -> IO CInt
foreign export ccall "sample_clock" clock :: Word32 -> IO Int64
foreign export ccall "sample_backtrace" backtrace :: Ptr CChar -> CSize -> IO CSize
foreign export ccall "sample_state" state :: IO Int64

version :: IO CString
version = newCString (compilerName ++ " " ++ showVersion fullCompilerVersion)

callback :: IO ()
callback = do
  putStrLn "Haskell callback!"
  withCString "callback" (`emit` 0)

call :: Function -> Ptr () -> IO Int64
call = apply

blockWords, blocksPerMib, liveEvery, reported :: Int
blockWords = 256
blocksPerMib = 1024
liveEvery = 16
reported = 8

-- | In the collector's heap, pinned: its address may be told to C.
type Block = ForeignPtr Word32

newBlock :: Word32 -> IO Block
newBlock word = do
  block <- mallocForeignPtrArray blockWords
  withForeignPtr block $ \to -> forM_ [0 .. blockWords - 1] $ \at -> pokeElemOff to at word
  pure block

sumOf :: Block -> IO Word64
sumOf block = withForeignPtr block $ \from ->
  foldM (\total at -> (\word -> total + fromIntegral word) <$> peekElemOff from at) 0 [0 .. blockWords - 1]

churn :: Word32 -> Word32 -> Ptr Word64 -> IO CInt
churn mib seed result = do
  let blocks = fromIntegral mib * blocksPerMib
      make living i = do
        block <- newBlock (seed + fromIntegral i * 2654435761)
        when (i == blocks `div` 2) performMajorGC
        pure $! if i `mod` liveEvery == 0 then block : living else living
  living <- reverse <$> foldM make [] [0 .. blocks - 1]
  performMajorGC
  total <- foldM (\total block -> (total +) <$> sumOf block) 0 living
  poke result total
  let lives = length living
  unless (null living) $ forM_ [0 .. reported - 1] $ \i ->
    withForeignPtr (living !! (i * lives `div` reported)) (`live` fromIntegral (4 * blockWords))
  pure 0

newtype Raised = Raised Int64 deriving (Show)

instance Exception Raised

throwError :: Int64 -> IO Int64
throwError payload = throwIO (Raised payload)
{-# NOINLINE throwError #-}

risky :: Int64 -> IO Int64
risky payload = (+ 1) <$> throwError payload
{-# NOINLINE risky #-}

raiseError :: Int64 -> IO Int64
raiseError payload = risky payload `catch` \(Raised found) -> pure found

-- | The limit is never met. Without it GHC sees that nothing is returned, and makes a loop of it.
deeper :: Int -> Int
deeper depth = if depth < 0 then 0 else 1 + deeper (depth + 1)
{-# NOINLINE deeper #-}

overflow :: IO CInt
overflow = (1 <$ evaluate (deeper 0)) `catch` caught
  where
    caught StackOverflow = pure 0
    caught other = throwIO other

spawn :: Function -> Ptr () -> IO Int64
spawn fn arg = do
  result <- newEmptyMVar
  _ <- forkIO (apply fn arg >>= putMVar result)
  takeMVar result

spin :: Word32 -> IO CInt
spin n = 0 <$ replicateM_ (fromIntegral n) (forkIO (busy 0))
  where
    busy :: Word32 -> IO ()
    busy n' = evaluate n' >>= busy . (+ 1)

clock :: Word32 -> IO Int64
clock n = fromIntegral . last <$> replicateM (fromIntegral n) getMonotonicTimeNSec

coexist_depth_1, coexist_depth_2, coexist_depth_3 :: HasCallStack => () -> String
coexist_depth_1 = coexist_depth_2
coexist_depth_2 = coexist_depth_3
coexist_depth_3 () = prettyCallStack callStack
{-# NOINLINE coexist_depth_1 #-}
{-# NOINLINE coexist_depth_2 #-}
{-# NOINLINE coexist_depth_3 #-}

backtrace :: Ptr CChar -> CSize -> IO CSize
backtrace _ 0 = pure 0
backtrace buf len = withCStringLen (coexist_depth_1 ()) $ \(text, size) -> do
  let written = min size (fromIntegral len - 1)
  copyBytes buf text written
  pokeElemOff buf written 0
  pure (fromIntegral written)

counter :: IORef Int64
counter = unsafePerformIO (newIORef 0)
{-# NOINLINE counter #-}

state :: IO Int64
state = atomicModifyIORef' counter (\last' -> (last' + 1, last' + 1))
